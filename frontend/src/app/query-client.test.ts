import { beforeEach, describe, expect, it } from 'vitest'

import { ApiError } from '@/lib/api/problem'

import { queryClient } from './query-client'

const refusal = (status: number): ApiError => new ApiError({ status, title: 'No', detail: null })

/** How often something is asked for that always fails this way. */
async function tries(error: Error): Promise<number> {
  let count = 0
  await queryClient
    .query({
      queryKey: ['tried', String(error), Math.random()],
      queryFn: () => {
        count += 1
        return Promise.reject(error)
      },
      retry: queryClient.getDefaultOptions().queries?.retry ?? false,
      retryDelay: 0,
    })
    .catch(() => undefined)
  return count
}

describe('what the pages ask for', () => {
  beforeEach(() => queryClient.clear())

  it.each([
    ['the network is away', new TypeError('Failed to fetch'), 3],
    ['the gateway cannot reach a service', refusal(502), 3],
    ['the service is away', refusal(503), 3],
    ['it is refused', refusal(422), 1],
    ['it is not there', refusal(404), 1],
    ['there were too many requests', refusal(429), 1],
    ['the server made a mistake', refusal(500), 1],
  ])('is asked so often when %s', async (_, error, count) => {
    expect(await tries(error)).toBe(count)
  })
})
