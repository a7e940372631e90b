import { authorisedFetch } from '@/lib/api/client'
import { problemFrom } from '@/lib/api/problem'

interface FilePicker {
  showSaveFilePicker: (options: { suggestedName: string }) => Promise<{
    createWritable: () => Promise<WritableStream<Uint8Array>>
  }>
}

const canPick = (host: object): host is FilePicker => 'showSaveFilePicker' in host

async function open(url: string): Promise<Response> {
  const response = await authorisedFetch(new Request(new URL(url, window.location.origin)))
  if (!response.ok) throw problemFrom(response, await response.json().catch(() => null))
  return response
}

function saveBlob(blob: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}

/**
 * Downloads what needs the access token, which no plain link could send. A `large` answer is streamed into a
 * file that the user picks, where the browser can; else the browser keeps it and saves it when it is whole.
 * Resolves to false when the user picked no file.
 */
export async function download(url: string, name: string, large: boolean): Promise<boolean> {
  if (!large || !canPick(window)) {
    saveBlob(await (await open(url)).blob(), name)
    return true
  }
  let file
  try {
    file = await window.showSaveFilePicker({ suggestedName: name })
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return false
    throw error
  }
  const { body } = await open(url)
  await body?.pipeTo(await file.createWritable())
  return true
}
