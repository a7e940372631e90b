import { useEffect, type ReactElement } from 'react'
import { create } from 'zustand'

const shownFor = 5_000

const useToast = create<{ message: string | null; count: number }>(() => ({ message: null, count: 0 }))

/** Says something in passing. */
export function toast(message: string): void {
  useToast.setState(({ count }) => ({ message, count: count + 1 }))
}

/** Where passing remarks appear; mounted once. */
export function Toasts(): ReactElement {
  const { message, count } = useToast()
  useEffect(() => () => useToast.setState({ message: null }), [])
  useEffect(() => {
    if (message === null) return undefined
    const timer = setTimeout(() => useToast.setState({ message: null }), shownFor)
    return () => clearTimeout(timer)
  }, [message, count])
  return (
    <div role="status" className="pointer-events-none fixed inset-x-4 bottom-4 z-20 flex justify-center">
      {message !== null && (
        <p className="rounded-lg bg-ink px-4 py-2.5 text-sm font-medium text-canvas shadow-lg">{message}</p>
      )}
    </div>
  )
}
