/**
 * Gathers concurrent calls into one statement. A lone call runs at once; calls that arrive while `width` statements are under way
 * wait for one of them and then share the next. So batching costs an idle system nothing and a busy one one round trip.
 */
export function gather<In, Out>(
  runBatch: (items: readonly In[]) => Promise<readonly Out[]>,
  { max, width = 1 }: { readonly max: number; readonly width?: number },
): (item: In) => Promise<Out> {
  interface Waiting {
    readonly item: In
    readonly resolve: (out: Out) => void
    readonly reject: (error: unknown) => void
  }
  let waiting: Waiting[] = []
  let running = 0

  const flush = (): void => {
    while (running < width && waiting.length > 0) {
      const batch = waiting.length <= max ? waiting : waiting.slice(0, max)
      waiting = batch === waiting ? [] : waiting.slice(max)
      running++
      runBatch(batch.map((w) => w.item))
        .then(
          (outs) => {
            for (let i = 0; i < batch.length; i++) {
              const out = outs[i]
              if (out === undefined) batch[i]?.reject(new Error('batch answered too little'))
              else batch[i]?.resolve(out)
            }
          },
          (error: unknown) => {
            for (const w of batch) w.reject(error)
          },
        )
        .finally(() => {
          running--
          flush()
        })
    }
  }
  return (item) =>
    new Promise<Out>((resolve, reject) => {
      waiting.push({ item, resolve, reject })
      flush()
    })
}
