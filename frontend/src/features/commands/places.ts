/** Where one can go by name or by keys from every page. */
import type { User } from '@/lib/api/types'

export interface Place {
  name: string
  to: string
  /** Pressed one after the other, where the place has keys. */
  keys?: readonly string[]
}

const pages: readonly Place[] = [
  { name: 'Datasets', to: '/', keys: ['g', 'd'] },
  { name: 'Jobs', to: '/jobs', keys: ['g', 'j'] },
  { name: 'Streams', to: '/streams', keys: ['g', 'r'] },
  { name: 'Tokens', to: '/tokens', keys: ['g', 't'] },
  { name: 'Account', to: '/account', keys: ['g', 'a'] },
]

const adminPages: readonly Place[] = [
  { name: 'Users of this Cartload', to: '/admin/users', keys: ['g', 'u'] },
  { name: 'Jobs of all users', to: '/admin/jobs' },
  { name: 'Dead letters', to: '/admin/dead-letters' },
  { name: 'Services', to: '/admin/services', keys: ['g', 's'] },
  { name: 'Limits', to: '/admin/limits', keys: ['g', 'l'] },
]

/** The form that asks for a dataset. */
export const newDataset: Place = { name: 'New dataset', to: '/datasets/new', keys: ['n'] }

/** The pages that a user may open. */
export const pagesFor = (role: User['role']): readonly Place[] =>
  role === 'admin' ? [...pages, ...adminPages] : pages
