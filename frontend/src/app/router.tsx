import { createBrowserRouter, Navigate, type RouteObject } from 'react-router'

import { SignInPage } from '@/features/session/sign-in-page'
import { SignUpPage } from '@/features/session/sign-up-page'

import { AdminOnly } from './admin-only'
import { CrashPage } from './crash-page'
import { Layout } from './layout'
import { NotFoundPage } from './not-found-page'
import { SignedIn } from './signed-in'

// Every page for people who are signed in is fetched when it is first opened, with what only it needs; at the first
// visit while the session is restored.

const dataset: RouteObject[] = [
  {
    index: true,
    lazy: async () => ({ Component: (await import('@/features/overview/overview-tab')).OverviewTab }),
  },
  {
    path: 'tables',
    lazy: async () => ({ Component: (await import('@/features/datasets/tables-tab')).TablesTab }),
  },
  {
    path: 'schema',
    lazy: async () => ({ Component: (await import('@/features/schema/schema-tab')).SchemaTab }),
  },
  {
    path: 'files',
    lazy: async () => ({ Component: (await import('@/features/datasets/files-tab')).FilesTab }),
  },
  {
    path: 'connection',
    lazy: async () => ({ Component: (await import('@/features/datasets/connection-tab')).ConnectionTab }),
  },
  {
    path: 'report',
    lazy: async () => ({ Component: (await import('@/features/report/report-tab')).ReportTab }),
  },
  {
    path: 'answers',
    lazy: async () => ({ Component: (await import('@/features/report/answers-tab')).AnswersTab }),
  },
  {
    path: 'jobs',
    lazy: async () => ({ Component: (await import('@/features/jobs/dataset-jobs-tab')).DatasetJobsTab }),
  },
  {
    path: 'streams',
    lazy: async () => ({
      Component: (await import('@/features/streams/dataset-streams-tab')).DatasetStreamsTab,
    }),
  },
  {
    path: 'spec',
    lazy: async () => ({ Component: (await import('@/features/datasets/spec-tab')).SpecTab }),
  },
]

/** Fetched together when an administrator first opens one of them. */
const adminPages = () => import('@/features/admin/pages')

const admin: RouteObject[] = [
  { index: true, element: <Navigate to="users" replace /> },
  { path: 'users', lazy: async () => ({ Component: (await adminPages()).UsersPage }) },
  { path: 'jobs', lazy: async () => ({ Component: (await adminPages()).AllJobsPage }) },
  { path: 'services', lazy: async () => ({ Component: (await adminPages()).ServicesPage }) },
  { path: 'limits', lazy: async () => ({ Component: (await adminPages()).LimitsPage }) },
  { path: 'dead-letters', lazy: async () => ({ Component: (await adminPages()).DeadLettersPage }) },
  { path: 'dead-letters/:letterId', lazy: async () => ({ Component: (await adminPages()).DeadLetterPage }) },
]

const homePage = async () => ({ Component: (await import('@/features/home/home-page')).HomePage })

const signedIn: RouteObject[] = [
  { index: true, lazy: homePage },
  { path: 'datasets', lazy: homePage },
  {
    path: 'datasets/new',
    lazy: async () => ({
      Component: (await import('@/features/new-dataset/new-dataset-page')).NewDatasetPage,
    }),
  },
  {
    path: 'datasets/:datasetId',
    lazy: async () => ({ Component: (await import('./dataset-route')).DatasetRoute }),
    children: dataset,
  },
  {
    path: 'datasets/:datasetId/tables/:table',
    lazy: async () => ({ Component: (await import('./table-route')).TableRoute }),
  },
  {
    path: 'jobs',
    lazy: async () => ({ Component: (await import('@/features/jobs/jobs-page')).JobsPage }),
  },
  {
    path: 'jobs/:jobId',
    lazy: async () => ({ Component: (await import('@/features/jobs/job-page')).JobPage }),
  },
  {
    path: 'streams',
    lazy: async () => ({ Component: (await import('@/features/streams/streams-page')).StreamsPage }),
  },
  {
    path: 'streams/:streamId',
    lazy: async () => ({ Component: (await import('@/features/streams/stream-page')).StreamPage }),
  },
  {
    path: 'tokens',
    lazy: async () => ({ Component: (await import('@/features/tokens/tokens-page')).TokensPage }),
  },
  {
    path: 'admin',
    element: <AdminOnly />,
    children: [{ lazy: async () => ({ Component: (await adminPages()).AdminLayout }), children: admin }],
  },
  {
    path: 'account',
    lazy: async () => ({ Component: (await import('@/features/account/account-page')).AccountPage }),
  },
]

/** Every address of the interface. */
export const router = createBrowserRouter([
  {
    element: <Layout />,
    errorElement: <CrashPage />,
    hydrateFallbackElement: <Layout />,
    children: [
      { path: 'sign-in', element: <SignInPage /> },
      { path: 'sign-up', element: <SignUpPage /> },
      { element: <SignedIn />, children: signedIn },
      { path: '*', element: <NotFoundPage /> },
    ],
  },
])
