/** What jsdom and Node lack of a browser, as far as the interface needs it, and what no test leaves to the next. */
import { afterEach } from 'vitest'

import { forgetJobs } from '@/lib/live/jobs-store'
import { forgetObservations } from '@/lib/live/observations'
import { forgetRates } from '@/lib/live/stream-rates'

const origin = 'http://localhost:3000'

function resolvesRelative(): boolean {
  try {
    return new Request('/').url !== ''
  } catch {
    return false
  }
}

// Node resolves no relative addresses, as a browser does. Files share a worker, so it may have been taught already.
if (!resolvesRelative()) {
  globalThis.Request = new Proxy(Request, {
    construct: (target, [input, init]: [RequestInfo | URL, RequestInit?]) =>
      new target(typeof input === 'string' ? new URL(input, origin) : input, init),
  })
}

if (typeof HTMLElement !== 'undefined') {
  // Nothing is laid out, so everything has one size: enough for some rows of a virtual list. Configurable, since
  // the next file in the same worker defines them again.
  Object.defineProperties(HTMLElement.prototype, {
    clientWidth: { configurable: true, get: () => 1_000 },
    clientHeight: { configurable: true, get: () => 600 },
  })
  // Nothing ever changes its size either.
  window.ResizeObserver = class {
    observe = (): void => undefined
    unobserve = (): void => undefined
    disconnect = (): void => undefined
  }
  // So all there is is in sight.
  window.IntersectionObserver = class implements IntersectionObserver {
    readonly root = null
    readonly rootMargin = ''
    readonly scrollMargin = ''
    readonly thresholds = []
    observe: () => void
    constructor(tell: IntersectionObserverCallback) {
      this.observe = () => tell([{ isIntersecting: true } as IntersectionObserverEntry], this)
    }
    unobserve = (): void => undefined
    disconnect = (): void => undefined
    takeRecords = (): [] => []
  }
  // Nothing scrolls.
  Object.assign(HTMLElement.prototype, { scrollIntoView: () => undefined })
  // It knows dialogs but cannot open them.
  Object.assign(HTMLDialogElement.prototype, {
    showModal(this: HTMLDialogElement) {
      this.open = true
    },
    close(this: HTMLDialogElement) {
      this.open = false
    },
  })
}

// What was seen of jobs and streams outlives the components that show it, and files share a worker.
afterEach(() => {
  forgetJobs()
  forgetObservations()
  forgetRates()
})
