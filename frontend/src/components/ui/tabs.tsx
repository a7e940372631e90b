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
  look = 'line',
}: {
  label: string
  tabs: readonly Tab[]
  value: string
  onChange: (name: string) => void
  look?: 'line' | 'pill'
}): ReactElement {
  const list = look === 'line' ? 'border-b border-line' : 'gap-1'
  const tab =
    look === 'line'
      ? '-mb-px border-b-2 border-transparent px-3 py-2.5 data-[state=active]:border-accent'
      : 'rounded-lg px-2.5 py-1.5 hover:bg-sunken data-[state=active]:bg-sunken'
  return (
    <Root value={value} onValueChange={onChange}>
      <List aria-label={label} className={`flex overflow-x-auto ${list}`}>
        {tabs.map(({ name, title }) => (
          <Trigger
            key={name}
            value={name}
            className={`text-sm font-medium whitespace-nowrap text-muted -outline-offset-2 hover:text-ink data-[state=active]:text-ink ${tab}`}
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
