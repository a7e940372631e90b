/** The pages of the administration, fetched together when the first of them is opened. */
export { AdminLayout } from './admin-layout'
export { DeadLetterPage } from './dead-letter-page'
export { DeadLettersPage } from './dead-letters-page'
export { AllJobsPage } from './all-jobs-page'
export { LimitsPage } from './limits-page'
export { ServicesPage } from './services-page'
export { UsersPage } from './users-page'
