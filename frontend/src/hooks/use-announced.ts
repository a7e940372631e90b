import { useEffect, useRef, useState } from 'react'

import { config } from '@/config'

/**
 * A text for a live region that changes often: passed on at once when `urgent` changes, else at most every
 * few seconds, so that a screen reader can keep up.
 */
export function useAnnounced(text: string, urgent: string): string {
  const [said, setSaid] = useState({ text, urgent })
  const newest = useRef(text)
  useEffect(() => {
    newest.current = text
  }, [text])
  useEffect(() => {
    const timer = setInterval(
      () => setSaid((held) => ({ ...held, text: newest.current })),
      config.announceEvery,
    )
    return () => clearInterval(timer)
  }, [])
  if (said.urgent !== urgent) setSaid({ text, urgent })
  return said.urgent === urgent ? said.text : text
}
