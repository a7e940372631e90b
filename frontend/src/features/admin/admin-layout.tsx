import type { ReactElement } from 'react'
import { NavLink, Outlet } from 'react-router'

import { PageHeader } from '@/components/ui/page'
import { classes } from '@/lib/classes'

const pages = [
  ['Users', 'users'],
  ['Jobs', 'jobs'],
  ['Dead letters', 'dead-letters'],
  ['Services', 'services'],
  ['Limits', 'limits'],
] as const

/** What administrators see of the whole system, a page for each part. */
export function AdminLayout(): ReactElement {
  return (
    <>
      <PageHeader title="Administration" below="What concerns everybody who uses this Cartload." />
      <nav aria-label="Administration" className="mb-6 flex gap-x-1 overflow-x-auto border-b border-line">
        {pages.map(([name, to]) => (
          <NavLink
            key={to}
            to={to}
            className={({ isActive }) =>
              classes(
                '-mb-px rounded-t-md border-b-2 px-3 py-2.5 text-sm font-medium whitespace-nowrap -outline-offset-2',
                isActive ? 'border-accent text-ink' : 'border-transparent text-muted hover:text-ink',
              )
            }
          >
            {name}
          </NavLink>
        ))}
      </nav>
      <Outlet />
    </>
  )
}
