import { clearSession } from './store'

const name = 'cartload.session'

/** Tells the other tabs that this browser signed out. */
export function broadcastSignOut(): void {
  if (typeof BroadcastChannel === 'undefined') return
  const channel = new BroadcastChannel(name)
  channel.postMessage('signed-out')
  channel.close()
}

/** Signs this tab out when another one does. Returns how to stop listening. */
export function listenForSignOut(): () => void {
  if (typeof BroadcastChannel === 'undefined') return () => undefined
  const channel = new BroadcastChannel(name)
  channel.onmessage = () => clearSession()
  return () => channel.close()
}
