/** How the settings of a spec are laid out: their groups, labels, units and sliders. The schema says the rest. */

export interface Group {
  title: string
  paths: readonly string[]
}

/** What belongs together, what people set most first. A setting that is named nowhere goes to a last group. */
export const groups: readonly Group[] = [
  { title: 'Basics', paths: ['name', 'customers', 'seed', 'ids', 'currency', 'format'] },
  {
    title: 'Orders',
    paths: [
      'orders.per_customer',
      'orders.items',
      'orders.quantity',
      'orders.discount_share',
      'orders.cancel_rate',
      'orders.return_rate',
      'orders.payment_failure_rate',
      'reviews.rate',
    ],
  },
  {
    title: 'Customers',
    paths: ['growth', 'addresses.per_customer', 'wishlist.per_customer', 'skew.customers', 'locales'],
  },
  {
    title: 'Catalogue',
    paths: [
      'catalogue.categories',
      'catalogue.sub_categories',
      'catalogue.products',
      'catalogue.skus_per_product',
      'skew.products',
      'inventory.centers',
      'inventory.centers_per_sku',
    ],
  },
  {
    title: 'Clickstream',
    paths: [
      'clickstream.sessions_per_customer',
      'clickstream.bounce_rate',
      'clickstream.abandonment_rate',
      'clickstream.conversion_rate',
    ],
  },
  {
    title: 'Time and season',
    paths: [
      'window.start',
      'window.end',
      'as_of',
      'season.year',
      'season.week',
      'season.day',
      'season.events',
    ],
  },
  { title: 'Tax and shipping', paths: ['tax.default', 'tax.rates', 'shipping.fee', 'shipping.free_from'] },
]

interface Look {
  label?: string
  unit?: string
  /** The value is shown this many times as large: 100 for shares shown in per cent. */
  times?: number
  /** Even steps in what is shown, or steps that grow with the value where the range spans many powers of ten. */
  slider?: { step: number } | 'growing'
  /** What an empty value is called, where the schema allows one that is not the default. */
  none?: string
}

const share = { unit: '%', times: 100, slider: { step: 1 } } as const
const mean = { slider: { step: 0.1 } } as const

const looks: Readonly<Record<string, Look>> = {
  customers: { slider: 'growing' },
  ids: { label: 'Primary keys' },
  format: { label: 'File format' },
  'orders.per_customer': { label: 'Orders per customer', ...mean },
  'orders.items': { label: 'Lines per order', ...mean },
  'orders.quantity': { label: 'Pieces per line', ...mean },
  'orders.discount_share': { label: 'Orders with a coupon', ...share },
  'orders.cancel_rate': { label: 'Cancelled orders', ...share },
  'orders.return_rate': { label: 'Returned orders', ...share },
  'orders.payment_failure_rate': { label: 'Failed first charges', ...share },
  'reviews.rate': { label: 'Reviewed lines', ...share },
  growth: { label: 'Growth', unit: '× a year', ...mean },
  'addresses.per_customer': { label: 'Addresses per customer', ...mean },
  'wishlist.per_customer': { label: 'Wishes per customer', ...mean },
  'skew.customers': { label: 'Skew of customers', ...mean },
  locales: { label: 'Where customers live' },
  'catalogue.categories': { slider: { step: 1 } },
  'catalogue.sub_categories': { label: 'Sub-categories', slider: { step: 1 } },
  'catalogue.products': { slider: 'growing' },
  'catalogue.skus_per_product': { label: 'SKUs per product', ...mean },
  'skew.products': { label: 'Skew of products', ...mean },
  'inventory.centers': { label: 'Distribution centres', slider: { step: 1 } },
  'inventory.centers_per_sku': { label: 'Centres per SKU', ...mean },
  'clickstream.sessions_per_customer': { label: 'Sessions per customer', ...mean },
  'clickstream.bounce_rate': { label: 'Bounces', ...share },
  'clickstream.abandonment_rate': { label: 'Abandoned carts', ...share },
  'clickstream.conversion_rate': { label: 'Conversion', ...share },
  'window.start': { label: 'First day' },
  'window.end': { label: 'Last day' },
  as_of: { label: 'Shown as of (UTC)' },
  'season.year': { label: 'Demand by month' },
  'season.week': { label: 'Demand by weekday' },
  'season.day': { label: 'Demand by hour' },
  'season.events': { label: 'Events' },
  'tax.default': { label: 'Tax rate elsewhere', ...share },
  'tax.rates': { label: 'Tax rate by country', unit: '%', times: 100 },
  'shipping.fee': { label: 'Shipping fee', unit: 'minor units' },
  'shipping.free_from': { label: 'Free shipping from', unit: 'minor units', none: 'Never free' },
}

export const lookOf = (path: string): Look => looks[path] ?? {}

const months = ['January', 'February', 'March', 'April', 'May', 'June', 'July'].concat([
  'August',
  'September',
  'October',
  'November',
  'December',
])
const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']
const hours = Array.from({ length: 24 }, (_, hour) => `${String(hour)} h`)

const places: Readonly<Record<string, readonly string[]>> = {
  'season.year': months,
  'season.week': weekdays,
  'season.day': hours,
}

/** What a place in a list of numbers stands for. */
export const placeOf = (path: string, index: number): string => places[path]?.[index] ?? String(index + 1)

const languages = new Intl.DisplayNames('en-GB', { type: 'language', languageDisplay: 'standard' })
const regions = new Intl.DisplayNames('en-GB', { type: 'region' })

/** A key of a map as people call it: `en_US` → `United States (en)`, `DE` → `Germany`. */
export function keyName(key: string): string {
  const [language = key, region] = key.split('_')
  if (region !== undefined) return `${regions.of(region) ?? region} (${languages.of(language) ?? language})`
  return /^[A-Z]{2}$/.test(key) ? (regions.of(key) ?? key) : key
}
