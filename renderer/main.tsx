import { errorToData } from '../shared/domain/errors.ts'
import { findTransport } from './client/client.ts'
import { mount } from './mount.tsx'
import { mountRefusal } from './shell/Refusal.tsx'

const root = document.querySelector('#root')
if (root !== null) {
  try {
    mount(root, findTransport(window))
  } catch (error) {
    mountRefusal(root, errorToData(error))
  }
}
