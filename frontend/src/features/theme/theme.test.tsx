// @vitest-environment jsdom

import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { chooseTheme, chosenTheme } from './theme'
import { ThemeToggle } from './theme-toggle'

describe('the theme', () => {
  beforeEach(() => chooseTheme('system'))
  afterEach(cleanup)

  it('is kept in this browser, and forgotten with the system’s', () => {
    chooseTheme('dark')
    expect(chosenTheme()).toBe('dark')
    expect(document.documentElement.dataset.theme).toBe('dark')
    chooseTheme('system')
    expect(chosenTheme()).toBe('system')
    expect(document.documentElement.dataset.theme).toBeUndefined()
  })

  it('is the system’s when something odd is kept', () => {
    window.localStorage.setItem('cartload.theme', 'purple')
    expect(chosenTheme()).toBe('system')
  })

  it('works where storage is switched off', () => {
    const denied = (): never => {
      throw new DOMException('denied', 'SecurityError')
    }
    vi.stubGlobal('localStorage', { getItem: denied, setItem: denied, removeItem: denied })
    chooseTheme('light')
    expect(document.documentElement.dataset.theme).toBe('light')
    expect(chosenTheme()).toBe('system')
  })

  it('goes from system to light to dark and back', () => {
    render(<ThemeToggle />)
    const names = Array.from({ length: 4 }, () => {
      const button = screen.getByRole('button')
      const name = button.getAttribute('aria-label')
      fireEvent.click(button)
      return name
    })
    expect(names).toEqual([
      'Theme: system. Change to light.',
      'Theme: light. Change to dark.',
      'Theme: dark. Change to system.',
      'Theme: system. Change to light.',
    ])
  })
})
