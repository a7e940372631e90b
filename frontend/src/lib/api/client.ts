import createClient from 'openapi-fetch'

import { currentToken, freshToken, refreshSession } from '@/lib/session/refresh'
import { newTraceparent } from '@/lib/trace'

import { problemFrom } from './problem'
import type { paths } from './schema.gen'

function withToken(request: Request, token: string | null): Request {
  if (token !== null) request.headers.set('authorization', `Bearer ${token}`)
  return request
}

/**
 * Fetches with the access token, as the first of a trace; a token that has run out is renewed, and the request
 * is made once more.
 */
export async function authorisedFetch(request: Request): Promise<Response> {
  request.headers.set('traceparent', newTraceparent())
  const again = request.clone()
  const token = await freshToken()
  const response = await fetch(withToken(request, token))
  // Without a token, 401 is the answer to a wrong password: there is no session to renew.
  if (response.status !== 401 || token === null || !(await refreshSession())) return response
  return fetch(withToken(again, currentToken()))
}

/** The typed client of everything below `/api`. */
export const api = createClient<paths>({ fetch: authorisedFetch })

interface Answered<T> {
  data?: T
  error?: unknown
  response: Response
}

/** The body of a successful answer. Throws `ApiError` for any other. */
export async function answer<T>(call: Promise<Answered<T>>): Promise<T> {
  const { data, error, response } = await call
  if (!response.ok) throw problemFrom(response, error)
  return data as T
}
