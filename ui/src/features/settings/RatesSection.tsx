import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { ApiError, api } from '~/api/client'
import { ratesQuery } from '~/api/queries'
import type { EnteredRate } from '~/api/types'
import { Button } from '~/components/Button'
import { Banner, ErrorState, SkeletonRows } from '~/components/Feedback'
import { TextField } from '~/components/Field'
import { FileButton } from '~/components/FileButton'
import { formatDay, formatRange } from '~/format/date'
import { countOf } from '~/format/number'

import type { RateErrors, RateForm } from './rates'
import { EMPTY_RATE, rateErrors, rateRequest } from './rates'

/** A file may bring thousands; nobody reads all of them. */
const SHOWN = 20

/** Exchange rates of one's own, for all connections of the workspace. */
export function RatesSection() {
  const rates = useQuery(ratesQuery)
  const client = useQueryClient()
  // Every converted figure may change with a rate.
  const refresh = () => client.invalidateQueries()
  const remove = useMutation({ mutationFn: (id: string) => api.delete(`/rates/${encodeURIComponent(id)}`), onSuccess: refresh })
  return (
    <section aria-label="Exchange rates" className="card flex flex-col gap-4 p-5">
      <div>
        <h2 className="text-lg font-semibold">Exchange rates</h2>
        <p className="text-sm text-ink-soft">
          Your own rates replace published ones on the days that you choose, on every connection. Use them for currencies that
          nobody publishes, or for the rates in your books.
          {rates.data?.published_on && ` The latest published rates are from ${formatDay(rates.data.published_on)}.`}
        </p>
      </div>
      <AddRate onSaved={refresh} />
      <UploadRates onSaved={refresh} />
      {remove.error && (
        <Banner title="The exchange rate could not be removed" tone="danger">
          {remove.error.message}
        </Banner>
      )}
      {rates.error && !rates.data && <ErrorState error={rates.error} onRetry={() => void rates.refetch()} />}
      {!rates.data && !rates.error && <SkeletonRows rows={2} />}
      {rates.data && <RateList isPending={remove.isPending} rates={rates.data.data} onRemove={(id) => remove.mutate(id)} />}
    </section>
  )
}

function AddRate({ onSaved }: { onSaved: () => Promise<unknown> }) {
  const [form, setForm] = useState(EMPTY_RATE)
  const [isTried, setIsTried] = useState(false)
  const add = useMutation({
    mutationFn: (entered: RateForm) => api.post('/rates', rateRequest(entered)),
    onSuccess: () => {
      setForm(EMPTY_RATE)
      setIsTried(false)
      return onSaved()
    },
  })
  const refused = add.error instanceof ApiError ? add.error.problem.field : undefined
  const isOfField = refused !== undefined && refused in form
  const ofServer: RateErrors = isOfField && add.variables === form ? { [refused]: add.error?.message } : {}
  const shown: RateErrors = isTried ? { ...ofServer, ...rateErrors(form) } : ofServer
  const field = (name: keyof RateForm) => ({
    name,
    value: form[name],
    error: shown[name],
    onChange: (value: string) => setForm((before) => ({ ...before, [name]: value })),
  })
  return (
    <form
      noValidate
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault()
        setIsTried(true)
        if (Object.keys(rateErrors(form)).length === 0) add.mutate(form)
      }}
    >
      {add.error && !isOfField && (
        <Banner title="The exchange rate could not be saved" tone="danger">
          {add.error.message}
        </Banner>
      )}
      <div className="grid grid-cols-1 items-start gap-3 sm:grid-cols-3">
        <TextField {...field('base')} hint="One unit of this…" label="Base currency" maxLength={3} placeholder="USD" />
        <TextField {...field('rate')} hint="…is this much…" inputMode="decimal" label="Rate" placeholder="0.307" />
        <TextField {...field('currency')} hint="…of this currency." label="Currency" maxLength={3} placeholder="KWD" />
        <TextField {...field('from')} label="First day" type="date" />
        <TextField {...field('to')} hint="Leave empty for a single day." label="Last day" type="date" />
      </div>
      <div>
        <Button isPending={add.isPending} type="submit">
          Add rate
        </Button>
      </div>
    </form>
  )
}

function UploadRates({ onSaved }: { onSaved: () => Promise<unknown> }) {
  const upload = useMutation({
    mutationFn: async (file: File) => api.post<{ rates: number }>('/rates/import', { csv: await file.text() }),
    onSuccess: onSaved,
  })
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-3">
        <FileButton accept=".csv,text/csv" isPending={upload.isPending} onSelect={(file) => upload.mutate(file)}>
          Upload CSV…
        </FileButton>
        <p className="min-w-0 flex-1 basis-64 text-[0.8125rem] text-ink-soft">
          With the columns <code className="font-mono">currency</code>, <code className="font-mono">base</code>,{' '}
          <code className="font-mono">from</code>, <code className="font-mono">rate</code> and, if you like,{' '}
          <code className="font-mono">to</code>. Either all lines are saved or none.
        </p>
      </div>
      {upload.error && (
        <Banner title="The file was not imported" tone="danger">
          {upload.error.message}
        </Banner>
      )}
      {upload.data && !upload.isPending && (
        <Banner title={`${countOf(upload.data.rates, 'exchange rate')} imported`} tone="good" />
      )}
    </div>
  )
}

function RateList({
  rates,
  isPending,
  onRemove,
}: {
  rates: readonly EnteredRate[]
  isPending: boolean
  onRemove: (id: string) => void
}) {
  const [isWhole, setIsWhole] = useState(false)
  if (rates.length === 0) return <p className="text-sm text-ink-soft">No exchange rates of your own yet.</p>
  const newestFirst = rates.toReversed()
  const shown = isWhole ? newestFirst : newestFirst.slice(0, SHOWN)
  return (
    <>
      <ul className="divide-y divide-line">
        {shown.map((rate) => {
          const equation = `1 ${rate.base.toUpperCase()} = ${rate.rate} ${rate.currency.toUpperCase()}`
          const days = rate.from === rate.to ? formatDay(rate.from) : formatRange(rate.from, rate.to)
          return (
            <li key={rate.id} className="flex flex-wrap items-center gap-3 py-2.5 text-sm">
              <span className="min-w-0 flex-1 basis-52">
                <span className="num block font-medium">{equation}</span>
                <span className="num block text-[0.8125rem] whitespace-normal! text-ink-soft">
                  {days} · entered by <bdi>{rate.entered_by}</bdi>
                </span>
              </span>
              <Button
                aria-label={`Remove ${equation}, ${days}`}
                isDisabled={isPending}
                kind="danger"
                size="small"
                onPress={() => onRemove(rate.id)}
              >
                Remove
              </Button>
            </li>
          )
        })}
      </ul>
      {shown.length < rates.length && (
        <Button className="self-center" size="small" onPress={() => setIsWhole(true)}>
          Show all {rates.length}
        </Button>
      )}
    </>
  )
}
