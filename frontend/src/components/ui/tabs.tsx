import { Content, List, Root, Trigger } from '@radix-ui/react-tabs'
import type { ReactElement, ReactNode } from 'react'

export interface Tab {
  name: string
  title: ReactNode
  content: ReactNode
}

/** Things of which one is shown at a time; arrow keys go from one to the next. */
export function Tabs({
  label,
  tabs,
  value,
  onChange,
}: {
  label: string
  tabs: readonly Tab[]
  value: string
  onChange: (name: string) => void
}): ReactElement {
  return (
    <Root value={value} onValueChange={onChange}>
      <List aria-label={label} className="flex overflow-x-auto border-b border-line">
        {tabs.map(({ name, title }) => (
          <Trigger
            key={name}
            value={name}
            className="-mb-px border-b-2 border-transparent px-3 py-2.5 text-sm font-medium whitespace-nowrap text-muted -outline-offset-2 hover:text-ink data-[state=active]:border-accent data-[state=active]:text-ink"
          >
            {title}
          </Trigger>
        ))}
      </List>
      {tabs.map(({ name, content }) => (
        <Content key={name} value={name} className="pt-4 -outline-offset-2">
          {content}
        </Content>
      ))}
    </Root>
  )
}
