import { useQueryClient } from '@tanstack/react-query'
import { useLayoutEffect, useRef, useState, type RefObject } from 'react'
import { useLocation } from 'react-router'

/** Where it is kept how far an element was scrolled down at a place in the history: with the rows, so it ends with them. */
const scrolledTo = (place: string): readonly string[] => ['scrolled to', place]

/** Remembers how far an element is scrolled down when the page is left, for when one comes back. Returns that. */
export function useScrollMemory(scroller: RefObject<HTMLElement | null>): number {
  const client = useQueryClient()
  const { key } = useLocation()
  const shownAt = useRef(key)
  const [first] = useState(() => client.getQueryData<number>(scrolledTo(key)) ?? 0)
  useLayoutEffect(() => {
    shownAt.current = key
  }, [key])
  useLayoutEffect(() => {
    const element = scroller.current
    return () => {
      if (element !== null) client.setQueryData(scrolledTo(shownAt.current), element.scrollTop)
    }
  }, [client, scroller])
  return first
}
