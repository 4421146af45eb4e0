/* Of the documentation site: a name of the menu that unfolds was a link as well, and a control within a control cannot be
   reached by everybody. The name unfolds; the page that it led to is the first entry below it. */
const menu = document.getElementById('tsd-nav-container');
const apart = () => {
  for (const link of menu?.querySelectorAll('summary > a') ?? []) {
    const name = document.createElement('span');
    name.textContent = link.textContent;
    const entry = document.createElement('li');
    link.before(name);
    entry.append(link);
    link.textContent = `About ${name.textContent}`;
    name.closest('details').querySelector('ul').prepend(entry);
  }
};
if (menu !== null) new MutationObserver(apart).observe(menu, { childList: true, subtree: true });
apart();
