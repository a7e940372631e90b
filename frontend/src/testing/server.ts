import { vi } from 'vitest'

export interface Sent {
  method: string
  path: string
  query: URLSearchParams
  headers: Headers
  body: unknown
}

/** What a route answers: a value is sent as JSON with 200, a `Response` as it is. */
type Route = (sent: Sent) => unknown

/** Problem details as the API sends them. */
export function problem(
  status: number,
  detail: string,
  errors: readonly { field: string; message: string }[] = [],
): Response {
  return Response.json({ title: 'Not done', status, detail, errors }, { status })
}

/**
 * Stands in for the API: routes by `METHOD /path`, where `*` is one step of the path. Returns all that was
 * sent to it. A request that no route takes is answered with 404, as the gateway would.
 */
export function fakeServer(routes: Readonly<Record<string, Route>>): Sent[] {
  const seen: Sent[] = []
  const patterns = Object.entries(routes).map(([key, route]) => {
    const source = key.replaceAll(/[.?+^$()|[\]{}\\]/g, String.raw`\$&`).replaceAll('*', '[^/]+')
    return { pattern: new RegExp(`^${source}$`), route }
  })
  vi.stubGlobal('fetch', async (input: Request | string, init?: RequestInit) => {
    const request = new Request(input, init)
    const url = new URL(request.url)
    const text = await request.text()
    const sent: Sent = {
      method: request.method,
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      body: text === '' ? undefined : (JSON.parse(text) as unknown),
    }
    seen.push(sent)
    const found = patterns.find(({ pattern }) => pattern.test(`${sent.method} ${sent.path}`))
    const answered = found === undefined ? problem(404, `No ${sent.path} here.`) : await found.route(sent)
    return answered instanceof Response ? answered : Response.json(answered)
  })
  return seen
}

/** The requests of one kind among those seen. */
export const sentTo = (seen: readonly Sent[], method: string, path: string): Sent[] =>
  seen.filter((one) => one.method === method && one.path === path)
