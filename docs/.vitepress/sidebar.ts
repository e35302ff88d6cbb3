import type { DefaultTheme } from 'vitepress';

export const sidebar: DefaultTheme.Sidebar = [
  {
    text: 'Begin',
    items: [{ text: 'Start in one minute', link: '/start' }],
  },
  {
    text: 'Facts',
    items: [
      { text: 'Performance', link: '/performance' },
      { text: 'Compatibility', link: '/compatibility' },
      { text: 'Failures', link: '/failures' },
    ],
  },
];
