import '@/app/styles.css'

import { startTransition, StrictMode } from 'react'
import { createRoot } from 'react-dom/client'

import { App } from '@/app/app'
import { restoreSession } from '@/lib/session/refresh'

const root = document.getElementById('root')
if (root === null) throw new Error('The page has no #root.')
void restoreSession()
const page = createRoot(root)
// In slices, between which the browser answers to who already scrolls or types.
startTransition(() =>
  page.render(
    <StrictMode>
      <App />
    </StrictMode>,
  ),
)
