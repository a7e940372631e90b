import { useEffect, useState } from 'react'

/** The time in milliseconds, looked at every so many of them while it is `running`. */
export function useNow(every: number, running: boolean): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    if (!running) return undefined
    const timer = setInterval(() => setNow(Date.now()), every)
    return () => clearInterval(timer)
  }, [every, running])
  return now
}
