// The strictest Docusaurus: whatever it would warn about ends the build.
module.exports = {
  title: 'Our docs',
  url: 'https://docs.example.org',
  baseUrl: '/',
  onBrokenLinks: 'throw',
  onBrokenAnchors: 'throw',
  onDuplicateRoutes: 'throw',
  markdown: {
    mermaid: true,
    hooks: { onBrokenMarkdownLinks: 'throw', onBrokenMarkdownImages: 'throw' },
  },
  future: { v4: true, faster: true },
  plugins: [['@docusaurus/plugin-content-docs', { path: 'docs', routeBasePath: '/', sidebarPath: undefined }]],
  themes: ['@docusaurus/theme-classic', '@docusaurus/theme-mermaid'],
};
