// @vitest-environment jsdom

import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { useState, type ReactElement } from 'react'
import { afterEach, describe, expect, it, vi } from 'vitest'

import { addressOf, renderPage } from '@/testing/page'

import { Button } from './button'
import { MoreButton } from './more-button'
import { ProgressBar } from './progress-bar'
import { StateFilter, useStateFilter } from './state-filter'
import { Tabs } from './tabs'

describe('a button', () => {
  afterEach(cleanup)

  it('submits no form unless it is told to', () => {
    const onSubmit = vi.fn((event: { preventDefault: () => void }) => event.preventDefault())
    render(
      <form onSubmit={onSubmit}>
        <Button>Look</Button>
        <Button type="submit">Send</Button>
      </form>,
    )
    fireEvent.click(screen.getByRole('button', { name: 'Look' }))
    expect(onSubmit).not.toHaveBeenCalled()
    fireEvent.click(screen.getByRole('button', { name: 'Send' }))
    expect(onSubmit).toHaveBeenCalledTimes(1)
  })

  it('keeps its name while it is busy, and cannot be pressed, even where it is said to be enabled', () => {
    const onClick = vi.fn()
    render(
      <Button busy disabled={false} onClick={onClick}>
        Send
      </Button>,
    )
    const button = screen.getByRole('button', { name: 'Send', busy: true })
    fireEvent.click(button)
    expect(button).toHaveProperty('disabled', true)
    expect(onClick).not.toHaveBeenCalled()
  })

  it('for more is there only where there is more, and not pressed twice', () => {
    const fetchNextPage = vi.fn()
    const query = { hasNextPage: false, isFetchingNextPage: false, fetchNextPage }
    const { rerender } = render(<MoreButton query={query} />)
    expect(screen.queryByRole('button')).toBeNull()
    rerender(<MoreButton query={{ ...query, hasNextPage: true }} />)
    fireEvent.click(screen.getByRole('button', { name: 'Show more' }))
    rerender(<MoreButton query={{ ...query, hasNextPage: true, isFetchingNextPage: true }} />)
    fireEvent.click(screen.getByRole('button', { name: 'Show more' }))
    expect(fetchNextPage).toHaveBeenCalledTimes(1)
  })
})

describe('a progress bar', () => {
  afterEach(cleanup)

  it.each([
    ['a part', 30, 120, 0.25],
    ['all', 120, 120, 1],
    ['no more than all', 130, 120, 1],
    ['nothing of nothing', 0, 0, 0],
  ])('shows %s', (_, done, total, share) => {
    render(<ProgressBar label="Rows" done={done} total={total} />)
    const bar = screen.getByRole('progressbar', { name: 'Rows' })
    expect(bar).toHaveProperty('position', share)
  })
})

function Fruit(): ReactElement {
  const [value, setValue] = useState('apples')
  const tabs = ['apples', 'pears', 'plums'].map((name) => ({
    name,
    title: name.toUpperCase(),
    content: <p>About {name}</p>,
  }))
  return <Tabs label="Fruit" tabs={tabs} value={value} onChange={setValue} />
}

describe('tabs', () => {
  afterEach(cleanup)

  const chosen = (): (string | null)[] =>
    screen.getAllByRole('tab', { selected: true }).map((tab) => tab.textContent)

  it('show what belongs to the chosen one and nothing else', () => {
    render(<Fruit />)
    expect(screen.getByRole('tablist', { name: 'Fruit' })).toBeTruthy()
    expect(screen.getByRole('tabpanel', { name: 'APPLES' }).textContent).toBe('About apples')
    fireEvent.mouseDown(screen.getByRole('tab', { name: 'PLUMS' }), { button: 0 })
    expect(screen.getByRole('tabpanel', { name: 'PLUMS' }).textContent).toBe('About plums')
    expect(screen.queryByText('About apples')).toBeNull()
    expect(chosen()).toEqual(['PLUMS'])
  })

  it.each([
    ['ArrowRight', 'PEARS'],
    ['ArrowLeft', 'PLUMS'],
    ['End', 'PLUMS'],
  ])('are gone through by keys, round the ends: %s', async (key, title) => {
    render(<Fruit />)
    const first = screen.getByRole('tab', { name: 'APPLES' })
    first.focus()
    fireEvent.keyDown(first, { key })
    await waitFor(() => expect(document.activeElement?.textContent).toBe(title))
    expect(chosen()).toEqual([title])
  })
})

const states = ['open', 'set_aside'] as const

function Filtered(): ReactElement {
  return (
    <>
      <StateFilter states={states} />
      <p>shown: {useStateFilter(states) ?? 'all'}</p>
    </>
  )
}

describe('a filter by state', () => {
  afterEach(cleanup)

  it('is what the address says, and writes itself there', () => {
    const router = renderPage(<Filtered />, '/?state=set_aside')
    const choice = screen.getByRole('combobox', { name: 'State' })
    expect(choice).toHaveProperty('value', 'set_aside')
    expect(screen.getAllByRole('option').map((option) => option.textContent)).toEqual([
      'Every state',
      'Open',
      'Set aside',
    ])
    fireEvent.change(choice, { target: { value: 'open' } })
    expect(screen.getByText('shown: open')).toBeTruthy()
    expect(addressOf(router)).toBe('/?state=open')
    fireEvent.change(choice, { target: { value: '' } })
    expect(screen.getByText('shown: all')).toBeTruthy()
    expect(addressOf(router)).toBe('/')
  })

  it('takes a state that does not exist for none', () => {
    renderPage(<Filtered />, '/?state=nonsense')
    expect(screen.getByText('shown: all')).toBeTruthy()
    expect(screen.getByRole('combobox')).toHaveProperty('value', '')
  })
})
