import { useCallback, useState, type RefCallback } from 'react'

/** The width of an element in pixels, kept up to date; `first` until it is measured, and while it is not shown. */
export function useWidth(first: number): [RefCallback<HTMLElement>, number] {
  const [width, setWidth] = useState(first)
  const measure = useCallback((element: HTMLElement) => {
    const observer = new ResizeObserver(([entry]) => {
      const found = Math.round(entry?.contentRect.width ?? 0)
      if (found > 0) setWidth(found)
    })
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  return [measure, width]
}
