import { strict } from '../strict.ts'

interface MenuItemOptions {
  readonly id?: string
  readonly label?: string
  readonly role?: string
  readonly type?: string
  readonly accelerator?: string
  readonly submenu?: readonly MenuItemOptions[]
  readonly click?: () => void
}

export interface StandinMenuItem extends Omit<MenuItemOptions, 'submenu' | 'click'> {
  readonly submenu?: StandinMenu
  click(): void
}

export interface StandinMenu {
  readonly items: readonly StandinMenuItem[]
  getMenuItemById(id: string): StandinMenuItem | null
}

/** Menus as data: items can be found by id and clicked, nothing is drawn. */
export function createMenuApi() {
  let applicationMenu: StandinMenu | null = null
  const build = (template: readonly MenuItemOptions[]): StandinMenu => {
    const items = template.map(({ submenu, click, ...rest }): StandinMenuItem => ({
      ...rest,
      ...(submenu === undefined ? {} : { submenu: build(submenu) }),
      click: () => click?.(),
    }))
    const find = (id: string): StandinMenuItem | null => {
      for (const item of items) {
        const found = item.id === id ? item : item.submenu?.getMenuItemById(id)
        if (found !== undefined && found !== null) return found
      }
      return null
    }
    return strict('Menu', { items, getMenuItemById: find })
  }
  return strict('Menu', {
    buildFromTemplate: build,
    setApplicationMenu: (menu: StandinMenu | null) => {
      applicationMenu = menu
    },
    getApplicationMenu: () => applicationMenu,
  })
}
