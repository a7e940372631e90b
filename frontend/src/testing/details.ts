import { fireEvent } from '@testing-library/react'

/** Opens everything on the page that can be opened. */
export function openDetails(): void {
  for (const details of document.querySelectorAll('details')) {
    details.open = true
    // jsdom tells of it later, or not at all.
    fireEvent(details, new Event('toggle'))
  }
}
