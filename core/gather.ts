/**
 * Gathers concurrent calls into one statement. A lone call runs in the turn it was made in; calls that arrive while `width` statements are under way
 * wait for one of them and then share the next. So batching costs an idle system nothing and a busy one one round trip.
 *
 * `isOwnFault`: a failure that one item brought about. Its batch is run again one by one, so that it does not take its neighbours with it.
 */
export function gather<In, Out>(
  runBatch: (items: readonly In[]) => Promise<readonly Out[]>,
  options: { readonly max: number; readonly width?: number; isOwnFault?(error: unknown): boolean },
): (item: In) => Promise<Out> {
  const { max, width = 1, isOwnFault = () => false } = options
  interface Waiting {
    readonly item: In
    readonly resolve: (out: Out) => void
    readonly reject: (error: unknown) => void
  }
  let waiting: Waiting[] = []
  let running = 0

  const alone = async (one: Waiting): Promise<void> => {
    try {
      const [out] = await runBatch([one.item])
      if (out === undefined) throw new Error('batch answered too little')
      one.resolve(out)
    } catch (error) {
      one.reject(error)
    }
  }
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
          async (error: unknown) => {
            const again = batch.length > 1 && isOwnFault(error)
            for (const w of batch) if (!again) w.reject(error)
            if (again) await Promise.all(batch.map(alone))
          },
        )
        .finally(() => {
          running--
          // Those just answered often ask again at once: they join the next batch.
          if (waiting.length > 0) plan()
        })
    }
  }
  // At the end of this turn of the event loop: what the same turn read from other sockets goes along, and a lone call loses nothing.
  let planned = false
  const plan = (): void => {
    if (planned || running >= width) return
    planned = true
    setImmediate(() => {
      planned = false
      flush()
    })
  }
  return (item) =>
    new Promise<Out>((resolve, reject) => {
      waiting.push({ item, resolve, reject })
      plan()
    })
}
