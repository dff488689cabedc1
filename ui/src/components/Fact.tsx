/** One entry of a list of facts. */
export function Fact({ label, value }: { label: string; value: string }) {
  return (
    <div>
      <dt className="text-ink-soft">{label}</dt>
      <dd className="num font-medium">{value}</dd>
    </div>
  )
}
