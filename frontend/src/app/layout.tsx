import { useEffect, useRef, type ReactElement, type ReactNode } from 'react'
import { Link, NavLink, ScrollRestoration, useLocation, useOutlet } from 'react-router'

import { Button, Spinner } from '@/components/ui/button'
import { Empty } from '@/components/ui/notice'
import { Commands } from '@/features/commands/commands'
import { signOut } from '@/features/session/api'
import { ThemeToggle } from '@/features/theme/theme-toggle'
import type { User } from '@/lib/api/types'
import { classes } from '@/lib/classes'
import { restoreSession } from '@/lib/session/refresh'
import { useSession } from '@/lib/session/store'

const places = [
  ['Datasets', '/'],
  ['Jobs', '/jobs'],
  ['Streams', '/streams'],
  ['Tokens', '/tokens'],
] as const

const adminPlaces = [...places, ['Admin', '/admin']] as const

function Brand(): ReactElement {
  return (
    <Link to="/" className="flex items-center gap-2.5 rounded text-base font-semibold tracking-tight">
      <img src="/favicon.svg" alt="" className="size-6" />
      Cartload
    </Link>
  )
}

function Places({ role }: { role: User['role'] }): ReactElement {
  const { pathname } = useLocation()
  return (
    <nav aria-label="Main" className="order-last -mx-2.5 flex w-full gap-1 sm:order-none sm:mx-0 sm:w-auto">
      {(role === 'admin' ? adminPlaces : places).map(([name, to]) => (
        <NavLink
          key={to}
          to={to}
          className={({ isActive }) =>
            classes(
              'rounded-lg px-2.5 py-1.5 text-sm font-medium',
              isActive || (to === '/' && pathname.startsWith('/datasets'))
                ? 'bg-sunken text-ink'
                : 'text-muted hover:text-ink',
            )
          }
        >
          {name}
        </NavLink>
      ))}
    </nav>
  )
}

function Header(): ReactElement {
  const user = useSession((session) => session.user)
  const loading = useSession((session) => session.status === 'loading')
  return (
    <header className="border-b border-line bg-surface">
      <a
        href="#main"
        className="sr-only focus:not-sr-only focus:absolute focus:z-20 focus:m-2 focus:rounded-lg focus:bg-surface focus:px-4 focus:py-2"
      >
        Skip to content
      </a>
      <div className="mx-auto flex max-w-7xl flex-wrap items-center gap-x-8 gap-y-2 px-4 py-2.5 sm:px-6">
        <Brand />
        {user !== null && <Places role={user.role} />}
        {/* On a telephone the places are a line of their own, whose room is kept until it is known who is there. */}
        {loading && <div className="order-last h-8 w-full sm:hidden" />}
        <div className="ml-auto flex min-w-0 items-center gap-1">
          {user !== null && <Commands role={user.role} />}
          {user !== null && (
            <NavLink
              to="/account"
              aria-label={`Account of ${user.user_name}`}
              className={({ isActive }) =>
                classes(
                  'max-w-32 truncate rounded-lg px-2 py-1.5 text-sm',
                  isActive ? 'bg-sunken text-ink' : 'text-muted hover:text-ink',
                )
              }
            >
              <span className="hidden sm:inline">{user.user_name}</span>
              <span className="font-medium uppercase sm:hidden">{user.user_name.slice(0, 1)}</span>
            </NavLink>
          )}
          <ThemeToggle />
          {user !== null && (
            <Button look="quiet" size="small" onClick={() => void signOut()}>
              Sign out
            </Button>
          )}
        </div>
      </div>
    </header>
  )
}

function Content(): ReactNode {
  const status = useSession((session) => session.status)
  // There is none while the first page is fetched.
  const page = useOutlet()
  if (status === 'loading' || (status !== 'unreachable' && page === null))
    return (
      <p role="status" className="flex justify-center py-24 text-muted">
        <Spinner />
        <span className="sr-only">Loading…</span>
      </p>
    )
  if (status === 'unreachable')
    return (
      <Empty
        title="Cartload cannot be reached"
        action={<Button onClick={() => void restoreSession()}>Try again</Button>}
      >
        It may be starting, or the network may be away.
      </Empty>
    )
  return page
}

/** The frame around every page. A new page takes the focus, so that the keyboard and screen readers follow. */
export function Layout(): ReactElement {
  const main = useRef<HTMLElement>(null)
  const { pathname } = useLocation()
  const shown = useRef(pathname)
  useEffect(() => {
    if (shown.current === pathname) return
    shown.current = pathname
    main.current?.focus({ preventScroll: true })
  }, [pathname])
  return (
    <>
      <Header />
      <main id="main" ref={main} tabIndex={-1} className="mx-auto max-w-7xl px-4 py-8 sm:px-6 sm:py-10">
        <Content />
      </main>
      <ScrollRestoration />
    </>
  )
}
