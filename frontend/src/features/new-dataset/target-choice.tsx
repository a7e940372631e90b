import { useId, type ReactElement } from 'react'

import { classes } from '@/lib/classes'
import { choices, type Choice } from '@/lib/targets'

function Option({
  choice,
  group,
  chosen,
  onChoose,
}: {
  choice: Choice
  group: string
  chosen: boolean
  onChoose: () => void
}): ReactElement {
  const id = useId()
  return (
    <div
      className={classes(
        'flex gap-3 rounded-lg border p-3 transition-colors',
        chosen ? 'border-accent bg-accent-soft' : 'border-line hover:border-line-strong',
      )}
    >
      <input
        type="radio"
        id={id}
        name={group}
        className="mt-0.5 size-4 shrink-0 accent-accent"
        checked={chosen}
        aria-describedby={`${id}about`}
        onChange={onChoose}
      />
      <div className="min-w-0">
        <label htmlFor={id} className="block text-sm font-medium">
          {choice.name}
        </label>
        <p id={`${id}about`} className="text-sm text-muted">
          {choice.about}
        </p>
      </div>
    </div>
  )
}

/** Where the dataset is to be stored. */
export function TargetChoice({
  chosen,
  onChoose,
}: {
  chosen: Choice
  onChoose: (choice: Choice) => void
}): ReactElement {
  const group = useId()
  return (
    <fieldset className="min-w-0 border-t border-line px-5 pt-4 pb-6">
      <legend className="float-left mb-3 w-full text-sm font-semibold">Stored in</legend>
      <div className="clear-both space-y-2">
        {choices.map((choice) => (
          <Option
            key={choice.name}
            choice={choice}
            group={group}
            chosen={choice === chosen}
            onChoose={() => onChoose(choice)}
          />
        ))}
      </div>
    </fieldset>
  )
}
