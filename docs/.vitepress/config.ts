import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitepress';
import { numbers } from './numbers.ts';
import { outsideLinks } from './outside-links.ts';
import { sidebar } from './sidebar.ts';

const folder = fileURLToPath(new URL('..', import.meta.url));

export default defineConfig({
  title: 'llama-messages',
  description:
    'The Anthropic Messages API as a plugin for the Node server you already have, on top of llama.cpp.',
  lang: 'en',
  head: [['link', { rel: 'icon', href: '/favicon.svg', type: 'image/svg+xml' }]],
  outDir: './dist',
  cleanUrls: true,
  markdown: {
    config(markdown) {
      outsideLinks(markdown, folder);
      numbers(markdown);
    },
  },
  themeConfig: {
    nav: [
      { text: 'Guide', link: '/guide/start', activeMatch: '/guide/' },
      { text: 'Options', link: '/api/@llama-messages/core/interfaces/MessagesOptions' },
      { text: 'Reference', link: '/reference' },
    ],
    sidebar,
    outline: [2, 3],
    search: { provider: 'local' },
    docFooter: { prev: 'Before', next: 'Next' },
  },
});
