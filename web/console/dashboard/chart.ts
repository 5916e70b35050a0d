import {
  BarController,
  BarElement,
  CategoryScale,
  Chart,
  type ChartConfiguration,
  Filler,
  Legend,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  Tooltip,
} from 'chart.js'

Chart.register(
  BarController,
  BarElement,
  CategoryScale,
  Filler,
  Legend,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  Tooltip,
)

export interface Series {
  label: string
  values: number[]
  kind: 'bar' | 'line' | 'goal'
  /** A custom property of the theme: `--pledge-accent`. */
  colour: string
}

export interface Drawing {
  labels: string[]
  series: Series[]
  /** Bars of one label on top of each other. */
  isStacked?: boolean
}

/** For `{@attach}`: draws, and draws again where the colours of the page change. */
export function chart(drawing: Drawing) {
  return (canvas: HTMLCanvasElement) => {
    const drawn = new Chart(canvas, configuration(drawing, getComputedStyle(canvas)))
    const dark = matchMedia('(prefers-color-scheme: dark)')
    const recolour = () => {
      drawn.options = configuration(drawing, getComputedStyle(canvas)).options!
      drawn.data = configuration(drawing, getComputedStyle(canvas)).data
      drawn.update('none')
    }
    dark.addEventListener('change', recolour)
    return () => {
      dark.removeEventListener('change', recolour)
      drawn.destroy()
    }
  }
}

function configuration({ labels, series, isStacked = false }: Drawing, style: CSSStyleDeclaration) {
  const colour = (name: string) => style.getPropertyValue(name).trim()
  const ink = colour('--pledge-muted')
  const line = colour('--pledge-line')
  return {
    type: 'bar',
    data: { labels, datasets: series.map((one) => datasetOf(one, colour)) },
    options: {
      responsive: true,
      maintainAspectRatio: false,
      animation: false,
      interaction: { mode: 'index', intersect: false },
      plugins: { legend: { labels: { color: ink, boxWidth: 12 } } },
      scales: {
        x: {
          stacked: isStacked,
          ticks: { color: ink, maxRotation: 0, autoSkipPadding: 16 },
          grid: { display: false },
        },
        y: {
          stacked: isStacked,
          beginAtZero: true,
          ticks: { color: ink, precision: 0 },
          grid: { color: line },
        },
      },
    },
  } satisfies ChartConfiguration<'bar' | 'line'>
}

function datasetOf({ label, values, kind, colour: name }: Series, colour: (name: string) => string) {
  const backgroundColor = colour(name)
  const common = { label, data: values, backgroundColor, borderColor: backgroundColor }
  if (kind === 'bar') return { ...common, type: 'bar' as const, borderRadius: 2 }
  const line = { ...common, type: 'line' as const, pointRadius: values.length > 1 ? 0 : 3, borderWidth: 2 }
  if (kind === 'goal') return { ...line, borderDash: [6, 6] }
  return {
    ...line,
    fill: 'origin',
    backgroundColor: `color-mix(in srgb, ${backgroundColor} 18%, transparent)`,
  }
}
