import type { ReactElement } from 'react'

import { isUuid } from '@/lib/uuid'

/** So many characters tell the ids of a dataset apart. They are the last, since the first say where a row was made. */
const shown = 8

/**
 * An id, of which a UUID's last characters are in sight. It is whole for who marks it or searches the page; inside
 * a link that has the focus, it is whole for everybody.
 */
export function ShortId({ id }: { id: string }): ReactElement {
  if (!isUuid(id)) return <>{id}</>
  return (
    <span
      title={id}
      data-id={id}
      className="after:absolute after:top-full after:left-0 after:z-20 after:hidden after:rounded after:border after:border-line after:bg-surface after:px-2 after:py-1 after:text-ink after:shadow-md after:content-[attr(data-id)/''] group-focus-visible:after:block"
    >
      <span className="text-[0px]">{id.slice(0, -shown)}</span>
      <span className="before:content-['…'/'']">{id.slice(-shown)}</span>
    </span>
  )
}
