import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { clearSession, setSession } from '@/lib/session/store'

import { answer, authorisedFetch } from './client'

const user = { id: 'u1', user_name: 'ada', role: 'customer' as const }
const session = (
  token: string,
): { access_token: string; token_type: 'Bearer'; expires_in: number; user: typeof user } => ({
  access_token: token,
  token_type: 'Bearer',
  expires_in: 900,
  user,
})

interface Seen {
  path: string
  authorization: string | null
  trace: string | null
  body: string
}

/** A server that knows one good token and gives it to whoever refreshes. */
function server(good: string, refreshes: boolean): Seen[] {
  const seen: Seen[] = []
  vi.stubGlobal('fetch', async (input: Request | string) => {
    const request = input instanceof Request ? input : new Request(`http://localhost${input}`)
    const { pathname: path } = new URL(request.url)
    if (path === '/api/auth/refresh')
      return refreshes ? Response.json(session(good)) : new Response(null, { status: 401 })
    const authorization = request.headers.get('authorization')
    const trace = request.headers.get('traceparent')
    seen.push({ path, authorization, trace, body: await request.text() })
    return new Response(null, { status: authorization === `Bearer ${good}` ? 200 : 401 })
  })
  return seen
}

const post = (): Request => new Request('http://localhost/api/jobs', { method: 'POST', body: '{"a":1}' })

describe('authorised requests', () => {
  beforeEach(() => clearSession())
  afterEach(() => vi.unstubAllGlobals())

  it('carry the token', async () => {
    const seen = server('good', true)
    setSession(session('good'))
    expect((await authorisedFetch(post())).status).toBe(200)
    expect(seen).toMatchObject([{ path: '/api/jobs', authorization: 'Bearer good', body: '{"a":1}' }])
  })

  it('are made once more, body and all, with a new token after a refusal', async () => {
    const seen = server('good', true)
    setSession(session('revoked'))
    expect((await authorisedFetch(post())).status).toBe(200)
    expect(seen.map(({ authorization }) => authorization)).toEqual(['Bearer revoked', 'Bearer good'])
    expect(seen.map(({ body }) => body)).toEqual(['{"a":1}', '{"a":1}'])
    expect(seen[0]?.trace).toMatch(/^00-/)
    expect(seen[1]?.trace).toEqual(seen[0]?.trace)
  })

  it('stay refused when the session is over', async () => {
    const seen = server('good', false)
    setSession(session('revoked'))
    expect((await authorisedFetch(post())).status).toBe(401)
    expect(seen).toHaveLength(1)
  })

  it('throw problem details for every answer that is no success', async () => {
    const response = new Response(null, { status: 409 })
    await expect(answer(Promise.resolve({ error: { detail: 'Taken.' }, response }))).rejects.toMatchObject({
      status: 409,
      message: 'Taken.',
    })
    expect(await answer(Promise.resolve({ data: 5, response: new Response() }))).toBe(5)
  })
})
