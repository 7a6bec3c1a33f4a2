import { COMPRESSIONS, PARQUET_ENGINES, PARQUET_PROFILES } from '../../../shared/domain/settings.ts'
import { useWorkspace } from '../../stores/workspace.ts'
import { messages } from '../../text/messages.ts'
import { SettingNames, SettingNumber, SettingSelect, SettingSummary } from './settingFields.tsx'

const words = messages.settings.pipelines

function options(values: readonly string[]): readonly { value: string; label: string }[] {
  return values.map((value) => ({ value, label: value }))
}

/** How rows are carried: pace, size and form of objects, and what is always on. */
export function PipelinesSection() {
  const types = useWorkspace((state) => state.workspace?.pipelineTypes) ?? []
  return (
    <>
      <div>
        <h2>{words.title}</h2>
        <p className="t2">{words.text}</p>
      </div>
      <div className="g2">
        <SettingNumber path="upload.interval_seconds" label={words.interval} help={words.intervalHelp} />
        <SettingNumber path="upload.target_object_mb" label={words.object} />
        <SettingNumber path="upload.max_batch_rows" label={words.batch} />
        <SettingNumber path="pipelines.window_seconds" label={words.window} />
        <SettingSelect path="upload.compression" label={words.compression} options={options(COMPRESSIONS)} />
        <SettingSelect path="upload.parquet_engine" label={words.engine} options={options(PARQUET_ENGINES)} />
        <SettingSelect
          path="upload.parquet_profile"
          label={words.profile}
          help={words.profileHelp}
          options={options(PARQUET_PROFILES)}
        />
        <SettingNumber path="upload.workers" label={words.workers} />
      </div>
      <SettingNames path="always_on" label={words.alwaysOn} options={types} />
      <div className="panel">
        <div className="ph">
          <h2 className="h2">{words.inFile}</h2>
        </div>
        <div className="pb col gap-1">
          <SettingSummary path="pipelines.custom" label={words.custom} />
          <SettingSummary path="pipelines.contracts" label={words.contracts} />
          <SettingSummary path="pipelines.emergency" label={words.emergency} />
          <SettingSummary path="pipelines.auto_switch" label={words.autoSwitch} />
        </div>
      </div>
    </>
  )
}
