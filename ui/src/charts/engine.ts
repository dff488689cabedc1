/** The parts of ECharts that are used, in a chunk of their own that loads when the first chart is near. */
import { BarChart, LineChart } from 'echarts/charts'
import { GridComponent, MarkAreaComponent, TooltipComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'

use([BarChart, LineChart, GridComponent, MarkAreaComponent, TooltipComponent, SVGRenderer])

export { init }
