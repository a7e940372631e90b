// @vitest-environment jsdom

import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, describe, expect, it } from 'vitest'

import type { Job } from '@/lib/api/types'
import type { Observation } from '@/lib/live/observations'
import { openDetails } from '@/testing/details'
import { someJob } from '@/testing/jobs'

import { ThroughputChart } from './throughput-chart'

const points: Observation[] = [
  { seconds: 2, rows: 100 },
  { seconds: 4, rows: 500 },
  { seconds: 6, rows: 600 },
]

const show = (changes: Partial<Job> = {}, seen = points, retried = false): ReturnType<typeof render> =>
  render(<ThroughputChart job={someJob(changes)} points={seen} retried={retried} />)

function times(): (string | null | undefined)[] {
  openDetails()
  return screen
    .getAllByRole('row')
    .slice(1)
    .map((row) => row.firstElementChild?.textContent)
}

/** What lies over the whole drawing to be pointed at, and how wide it is. */
function surface(container: HTMLElement): { target: Element; width: number } {
  const target = container.querySelector('rect[fill=transparent]')
  if (target === null) throw new Error('There is nothing to point at.')
  return { target, width: Number(target.getAttribute('width')) }
}

afterEach(cleanup)

describe('the chart of the throughput', () => {
  it('says the rate of the step that is pointed at, and the mean again after that', () => {
    const { container } = show()
    const { target, width } = surface(container)
    expect(screen.getByText('Mean 50 rows/s, highest 200 rows/s')).toBeTruthy()
    fireEvent.pointerMove(target, { clientX: width / 2 })
    expect(screen.getByText('0:02 to 0:04: 200 rows/s')).toBeTruthy()
    fireEvent.pointerDown(target, { clientX: width * 0.9 })
    expect(screen.getByText('0:04 to 0:06: 50 rows/s')).toBeTruthy()
    fireEvent.pointerLeave(target)
    expect(screen.getByText('Mean 50 rows/s, highest 200 rows/s')).toBeTruthy()
  })

  it('says the mean where the pointer is outside of what was seen', () => {
    const { container } = show()
    const { target, width } = surface(container)
    fireEvent.pointerMove(target, { clientX: width * 2 })
    expect(screen.getByText(/^Mean 50 rows/)).toBeTruthy()
  })

  it('begins at zero, except for an append that was begun before', () => {
    show({ kind: 'append' })
    expect(times()).toEqual(['0:00 to 0:02', '0:02 to 0:04', '0:04 to 0:06'])
    cleanup()
    show({ kind: 'append' }, points, true)
    expect(times()).toEqual(['0:02 to 0:04', '0:04 to 0:06'])
    cleanup()
    show({ kind: 'create' }, points, true)
    expect(times()).toHaveLength(3)
  })

  it('claims no highest rate from a time that nobody watched', () => {
    show({}, [{ seconds: 40, rows: 4_000 }])
    expect(screen.getByRole('img', { name: 'Throughput: mean 50 rows/s, highest –' })).toBeTruthy()
    expect(screen.getByText(/^Dashed/)).toBeTruthy()
  })

  it('of a job that is over tells an unwatched course from one to come', () => {
    show({ state: 'cancelled', phase: null }, [])
    expect(screen.getByText(/Nobody watched this job here/)).toBeTruthy()
    cleanup()
    show({ state: 'queued', phase: null }, [])
    expect(screen.getByText(/begins with the first rows/)).toBeTruthy()
  })
})
