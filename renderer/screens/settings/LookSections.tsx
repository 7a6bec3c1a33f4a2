import { DENSITIES, THEMES, UNIT_SYSTEMS, setPreferences, usePreferences } from '../../stores/preferences.ts'
import { messages } from '../../text/messages.ts'
import { Segmented } from '../../ui/Segmented.tsx'
import { shownUnit } from '../../ui/units.ts'

const { appearance, units: unitWords } = messages.settings
const EXAMPLES = [
  { value: 71.4, unit: '°C' },
  { value: 11.86, unit: 'bar' },
  { value: 6.82, unit: 'mm/s' },
] as const

/** Theme and density, kept on this computer. */
export function AppearanceSection() {
  const { theme, density } = usePreferences()
  return (
    <section className="pane">
      <div className="fm">
        <div>
          <h2>{appearance.title}</h2>
          <p className="t2">{appearance.text}</p>
        </div>
        <div className="field">
          <span className="label">{appearance.theme}</span>
          <div>
            <Segmented
              label={appearance.theme}
              value={theme}
              options={THEMES.map((value) => ({ value, label: appearance.themes[value] }))}
              onChange={(next) => setPreferences({ theme: next })}
            />
          </div>
        </div>
        <div className="field">
          <span className="label">{appearance.density}</span>
          <div>
            <Segmented
              label={appearance.density}
              value={density}
              options={DENSITIES.map((value) => ({ value, label: appearance.densities[value] }))}
              onChange={(next) => setPreferences({ density: next })}
            />
          </div>
          <span className="help">{appearance.densityHelp}</span>
        </div>
        <p className="small t3">{appearance.motion}</p>
      </div>
    </section>
  )
}

/** How measurements are shown, and in which language. */
export function UnitsSection() {
  const system = usePreferences((state) => state.units)
  const examples = EXAMPLES.map(({ value, unit }) => {
    const shown = shownUnit(unit, system)
    return `${Number(shown.convert(value).toFixed(2))} ${shown.unit ?? ''}`
  })
  return (
    <section className="pane">
      <div className="fm">
        <div>
          <h2>{unitWords.title}</h2>
          <p className="t2">{unitWords.text}</p>
        </div>
        <div className="field">
          <span className="label">{unitWords.units}</span>
          <div>
            <Segmented
              label={unitWords.units}
              value={system}
              options={UNIT_SYSTEMS.map((value) => ({ value, label: unitWords.systems[value] }))}
              onChange={(next) => setPreferences({ units: next })}
            />
          </div>
          <span className="help">
            {unitWords.example} {examples.join(', ')}
          </span>
        </div>
        <div className="field">
          <span className="label">{unitWords.language}</span>
          <span>{unitWords.english}</span>
          <span className="help">{unitWords.languageHelp}</span>
        </div>
        <p className="small t3">{unitWords.times}</p>
      </div>
    </section>
  )
}
