import { describe, expect, it } from 'vitest'

import { someStream } from '@/testing/streams'

import { actionsOf, isCatchingUp, isOver, phaseOf, speedText, standsStill, streamStates } from './states'

describe('the states of a stream', () => {
  it('are over, or stand still, or go on', () => {
    expect(streamStates.filter((state) => isOver({ state }))).toEqual(['ended', 'stopped', 'failed'])
    expect(streamStates.filter((state) => standsStill({ state }))).toEqual(['paused', 'ended', 'stopped'])
  })

  it.each([
    ['queued', 'play', ['pause', 'stop'], 'Waiting for a player'],
    ['preparing', 'play', ['pause', 'stop'], 'Making its events'],
    ['playing', 'play', ['pause', 'stop'], 'Playing'],
    ['playing', 'pause', ['resume', 'stop'], 'Playing, pausing…'],
    ['playing', 'stop', [], 'Playing, stopping…'],
    ['paused', 'pause', ['resume', 'stop'], 'Paused'],
    ['paused', 'play', ['pause', 'stop'], 'Paused, resuming…'],
    ['paused', 'stop', [], 'Paused, stopping…'],
    ['ended', 'play', [], 'Ended'],
    ['stopped', 'stop', [], 'Stopped'],
    ['failed', 'pause', ['resume'], 'Failed'],
  ] as const)('%s, where its owner wants it to %s, allow %j', (state, goal, actions, words) => {
    expect(actionsOf({ state, goal })).toEqual(actions)
    expect(phaseOf({ state, goal })).toBe(words)
  })
})

describe('the speed of a stream', () => {
  it('is said in words', () => {
    expect([1, 3_600, 1.5, 'max' as const].map(speedText)).toEqual([
      '1×',
      '3,600×',
      '1.5×',
      'as fast as it goes',
    ])
  })

  it.each([
    [{ event_time: '2025-11-27T23:59:59Z' }, true],
    [{ event_time: null }, true],
    [{}, false],
    [{ event_time: null, live_from: null }, false],
    [{ event_time: null, speed: 'max' }, false],
    [{ event_time: null, state: 'paused' }, false],
  ] as const)('is that of no clock until it is live (%j)', (changes, catchingUp) =>
    expect(isCatchingUp(someStream(changes))).toBe(catchingUp),
  )
})
