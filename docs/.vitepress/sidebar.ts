import { readFileSync, readdirSync } from 'node:fs';
import type { DefaultTheme } from 'vitepress';
import { referenceSidebar } from './reference-sidebar.ts';

const decisions = new URL('../decisions/', import.meta.url);

/** The pages in the order in which somebody needs them. */
export const sidebar: DefaultTheme.Sidebar = {
  '/': [
    {
      text: 'Begin',
      items: [
        { text: 'Start in one minute', link: '/guide/start' },
        { text: 'Express', link: '/guide/express' },
        { text: 'Fastify', link: '/guide/fastify' },
        { text: 'NestJS', link: '/guide/nestjs' },
        { text: 'Hono, fetch, node:http', link: '/guide/fetch' },
        { text: 'The example app', link: '/guide/example-app' },
        { text: 'What is supported', link: '/guide/supported' },
      ],
    },
    {
      text: 'Clients',
      items: [
        { text: 'Claude Code on your own GPU', link: '/guide/claude-code' },
        { text: 'SDKs, LangChain, AI SDK', link: '/guide/sdks' },
        { text: 'What each client does', link: '/clients' },
      ],
    },
    {
      text: 'Model servers',
      items: [
        { text: 'Settings of llama-server', link: '/guide/llama-server' },
        { text: 'vLLM, SGLang, Ollama, LM Studio', link: '/guide/other-servers' },
        { text: 'llama.cpp inside the process', link: '/guide/embedded' },
        { text: 'Routing, several servers', link: '/guide/routing' },
      ],
    },
    {
      text: 'In service',
      items: [
        { text: 'Behind nginx, compression', link: '/guide/proxies' },
        { text: 'Authentication', link: '/guide/authentication' },
        { text: 'Threads', link: '/guide/threads' },
        { text: 'Errors', link: '/guide/errors' },
        { text: 'Telemetry and logging', link: '/guide/telemetry' },
      ],
    },
    {
      text: 'Facts',
      items: [
        { text: 'How it works', link: '/guide/how-it-works' },
        { text: 'Performance', link: '/performance' },
        { text: 'Compatibility', link: '/compatibility' },
        { text: 'When the model server fails', link: '/failures' },
        { text: 'Decisions', link: '/decisions/' },
        { text: 'Reference', link: '/reference' },
      ],
    },
  ],
  '/api/': [{ text: 'Reference', link: '/reference', items: referenceSidebar() }],
  '/decisions/': [{ text: 'Decisions', link: '/decisions/', items: decisionItems() }],
};

function decisionItems(): DefaultTheme.SidebarItem[] {
  return readdirSync(decisions)
    .filter((name) => /^\d+-.*\.md$/.test(name))
    .sort()
    .map((name) => ({ text: titleOf(name), link: `/decisions/${name.replace(/\.md$/, '')}` }));
}

function titleOf(name: string): string {
  const text = readFileSync(new URL(name, decisions), 'utf8');
  const title = /^# (?:\d+[:.] *)?(.+)$/m.exec(text)?.[1] ?? name;
  return `${Number.parseInt(name, 10)}. ${title[0]?.toUpperCase()}${title.slice(1)}`;
}
