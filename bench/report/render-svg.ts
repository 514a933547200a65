import { type Specification, STYLE } from './plots/plot';

/** Draws a specification of Vega-Lite. */
export async function renderSvg(specification: Specification): Promise<string> {
  const { compile } = await import('vega-lite'); // these two are ES modules that wait at their top level
  const { parse, View } = await import('vega');
  // The compiler checks a specification better than its type does.
  const { spec } = compile({ ...STYLE, ...specification } as unknown as Parameters<typeof compile>[0]);
  return `${await new View(parse(spec), { renderer: 'none' }).toSVG()}\n`;
}
