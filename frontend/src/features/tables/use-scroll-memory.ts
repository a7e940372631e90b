import { useLayoutEffect, useRef, useState, type RefObject } from 'react'
import { useLocation } from 'react-router'

/** How far an element was scrolled down when it left the page, by the place in the history. */
const offsets = new Map<string, number>()

/** Remembers how far an element is scrolled down when the page is left, for when one comes back. Returns that. */
export function useScrollMemory(scroller: RefObject<HTMLElement | null>): number {
  const { key } = useLocation()
  const shownAt = useRef(key)
  const [first] = useState(() => offsets.get(key) ?? 0)
  useLayoutEffect(() => {
    shownAt.current = key
  }, [key])
  useLayoutEffect(() => {
    const element = scroller.current
    return () => {
      if (element !== null) offsets.set(shownAt.current, element.scrollTop)
    }
  }, [scroller])
  return first
}
