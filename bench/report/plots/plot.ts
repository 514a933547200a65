import type { Section } from '../page';

/** A specification of Vega-Lite. Its own type is a union of thousands of lines that no error message survives. */
export type Specification = Readonly<Record<string, unknown>>;

/** A picture of some results; nothing where what it shows was not measured. */
export interface PlotDefinition {
  /** Of its file. */
  readonly name: string;
  readonly title: string;
  readonly case?: number;
  readonly draw: (sections: readonly Section[]) => Specification | undefined;
}

/** Nothing else than what is shown. */
export const STYLE = {
  background: 'white',
  padding: 12,
  config: {
    font: 'system-ui, sans-serif',
    view: { stroke: null },
    axis: {
      labelFontSize: 12,
      titleFontSize: 12,
      titleFontWeight: 'normal',
      gridColor: '#eeeeee',
      domain: false,
    },
    legend: { labelFontSize: 12, labelLimit: 0, title: null, orient: 'top' },
    header: { labelFontSize: 12, title: null },
    title: { fontSize: 14, anchor: 'start', fontWeight: 600, offset: 12 },
  },
} satisfies Specification;
