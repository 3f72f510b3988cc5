/** The name, with its mark; the mark is decoration. */
export function Brand() {
  return (
    <span className="brand">
      <svg width="26" height="26" viewBox="0 0 32 32" aria-hidden="true">
        <rect width="32" height="32" rx="7" className="brand-field" />
        <path d="M9 10.5h2.5M9 16h2.5M9 21.5h2.5M14.5 10.5H23M14.5 16H23M14.5 21.5h5" className="brand-lines" />
      </svg>
      <span className="brand-name">Rollcall</span>
    </span>
  );
}
