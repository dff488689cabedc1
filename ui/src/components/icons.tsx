import type { ReactNode } from 'react'

const icon = (children: ReactNode) =>
  function Icon({ className = 'size-4' }: { className?: string }) {
    return (
      <svg
        aria-hidden="true"
        className={`shrink-0 ${className}`}
        fill="none"
        stroke="currentColor"
        strokeLinecap="round"
        strokeLinejoin="round"
        strokeWidth="1.75"
        viewBox="0 0 24 24"
      >
        {children}
      </svg>
    )
  }

export const HomeIcon = icon(<path d="M4 11.5 12 4l8 7.5M6.5 9.5V20h11V9.5M10 20v-5.5h4V20" />)
export const ChartIcon = icon(<path d="M4 20V10m6 10V4m6 16v-7m4 7H3" />)
export const GridIcon = icon(<path d="M4 4h5v5H4zM9.5 4H15v5H9.5zM15.5 4H20v5h-4.5zM4 9.5h5v5H4zM9.5 9.5H15v5H9.5zM4 15h5v5H4z" />)
export const LeaveIcon = icon(<path d="M14 4H5v16h9M10 12h10m0 0-3.5-3.5M20 12l-3.5 3.5" />)
export const HourglassIcon = icon(<path d="M7 4h10M7 20h10M8 4c0 5 8 5 8 8s-8 3-8 8m8-16c0 5-8 5-8 8s8 3 8 8" />)
export const CoinsIcon = icon(
  <>
    <ellipse cx="12" cy="6.5" rx="7" ry="3" />
    <path d="M5 6.5v5.5c0 1.7 3.1 3 7 3s7-1.3 7-3V6.5M5 12v5.5c0 1.7 3.1 3 7 3s7-1.3 7-3V12" />
  </>,
)
export const CardIcon = icon(<path d="M3.5 6h17v12h-17zM3.5 10h17M7 14.5h3" />)
export const GaugeIcon = icon(<path d="M4 17a8 8 0 1 1 16 0M12 17l4-5.5M3.5 20.5h17" />)
export const MovesIcon = icon(<path d="M7 4v14m0-14L3.5 7.5M7 4l3.5 3.5M17 20V6m0 14-3.5-3.5M17 20l3.5-3.5" />)
export const PeopleIcon = icon(
  <>
    <circle cx="9" cy="8" r="3.5" />
    <path d="M2.5 20c.6-3.6 3.2-5.5 6.5-5.5s5.9 1.9 6.5 5.5M16 4.8a3.5 3.5 0 0 1 0 6.4M18.5 15c1.7.9 2.7 2.6 3 5" />
  </>,
)
export const PlansIcon = icon(<path d="m12 3.5 8.5 4.5-8.5 4.5L3.5 8 12 3.5Zm8.5 9L12 17l-8.5-4.5m17 4L12 21l-8.5-4.5" />)
export const GlobeIcon = icon(
  <>
    <circle cx="12" cy="12" r="8.5" />
    <path d="M3.5 12h17M12 3.5c2.4 2.3 3.6 5.2 3.6 8.5s-1.2 6.2-3.6 8.5c-2.4-2.3-3.6-5.2-3.6-8.5s1.2-6.2 3.6-8.5Z" />
  </>,
)
export const ScaleIcon = icon(<path d="M12 4v16m-5 0h10M5 7h14M5 7l-3 7h6L5 7Zm14 0-3 7h6l-3-7Z" />)
export const SyncIcon = icon(
  <path d="M20 11a8 8 0 0 0-14.3-4.3L4 8.5M4 4v4.5h4.5M4 13a8 8 0 0 0 14.3 4.3l1.7-1.8M20 20v-4.5h-4.5" />,
)
export const SettingsIcon = icon(
  <>
    <path d="M4 7h9m5 0h2M4 17h2m5 0h9" />
    <circle cx="15.5" cy="7" r="2.3" />
    <circle cx="8.5" cy="17" r="2.3" />
  </>,
)
export const CloseIcon = icon(<path d="m6 6 12 12M18 6 6 18" />)
export const MenuIcon = icon(<path d="M4 7h16M4 12h16M4 17h16" />)
export const CheckIcon = icon(<path d="m5 12.5 4.5 4.5L19 7.5" />)
export const ChevronIcon = icon(<path d="m7 10 5 5 5-5" />)
export const RightIcon = icon(<path d="m10 6 6 6-6 6" />)
export const PlusIcon = icon(<path d="M12 5v14M5 12h14" />)
export const SearchIcon = icon(
  <>
    <circle cx="11" cy="11" r="6.5" />
    <path d="m16 16 4.5 4.5" />
  </>,
)
export const FilterIcon = icon(<path d="M4 6h16M7 12h10m-7 6h4" />)
export const MoreIcon = icon(<path d="M5 12h.01M12 12h.01M19 12h.01" strokeWidth="2.75" />)
export const TableIcon = icon(<path d="M4 5h16v14H4zM4 10h16M4 14.5h16M10 10v9" />)
export const ColumnsIcon = icon(<path d="M4 5h16v14H4zM9.5 5v14m5-14v14" />)
export const InfoIcon = icon(
  <>
    <circle cx="12" cy="12" r="8.5" />
    <path d="M12 11v5m0-8.2v.1" />
  </>,
)
export const AlertIcon = icon(<path d="M12 4 2.8 19.5h18.4L12 4Zm0 6v4.5m0 2.5v.1" />)
export const ExternalIcon = icon(<path d="M13 5h6v6m0-6-8.5 8.5M16 14v5H5V8h5" />)
export const UserIcon = icon(
  <>
    <circle cx="12" cy="8" r="3.75" />
    <path d="M4.5 20c.8-3.8 3.8-5.7 7.5-5.7s6.7 1.9 7.5 5.7" />
  </>,
)
