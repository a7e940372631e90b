import { useCallback, useState, type RefCallback } from 'react'

/** How far outside the window an element is near it, in pixels: what is drawn there is ready when it comes in. */
const margin = 200

/** Whether an element is near the window, or was once: what costs much to draw can wait for it. */
export function useNear(): [RefCallback<Element>, boolean] {
  const [near, setNear] = useState(false)
  const watch = useCallback((element: Element) => {
    const observer = new IntersectionObserver(
      (entries) => {
        if (!entries.some(({ isIntersecting }) => isIntersecting)) return
        setNear(true)
        observer.disconnect()
      },
      { rootMargin: `${margin}px` },
    )
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  return [watch, near]
}
