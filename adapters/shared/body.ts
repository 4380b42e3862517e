/** The raw bytes of a request, or null where they are more than `maxBytes`. Content-Length is believed only to refuse early. */
export async function readBody(request: Request, maxBytes: number): Promise<Uint8Array | null> {
  const declared = request.headers.get('content-length')
  if (declared !== null) {
    if (!(Number(declared) <= maxBytes)) return null
    // Node's parser ends the body at the declared length.
    const body = new Uint8Array(await request.arrayBuffer())
    return body.byteLength <= maxBytes ? body : null
  }
  if (request.body === null) return new Uint8Array()
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of request.body) {
    size += chunk.byteLength
    if (size > maxBytes) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, size)
}
