/**
 * Returns why the upstream must not be asked to fetch `url`, or undefined if it may.
 * The upstream fetches remote images itself, from inside its own network, so addresses that only make sense
 * there are refused. Names are not resolved here: what a public name resolves to is for the network to guard.
 */
export function remoteImageProblem(url: string): string | undefined {
  if (!URL.canParse(url)) return 'Input should be a valid URL';
  const { protocol, hostname } = new URL(url);
  if (protocol !== 'https:' && protocol !== 'http:') return 'only http and https URLs are supported';
  return isPublicHost(hostname) ? undefined : 'URLs of local or private hosts are not allowed';
}

/** `hostname` as URL gives it: lower case, IPv4 in dotted decimals whatever it was written in, IPv6 in brackets. */
function isPublicHost(hostname: string): boolean {
  const host = hostname.replace(/\.$/, '');
  if (host.startsWith('[')) return isPublicIPv6(host.slice(1, -1));
  if (/^\d+\.\d+\.\d+\.\d+$/.test(host)) return isPublicIPv4(host.split('.').map(Number));
  // A name without a dot is a machine next door: localhost, a container, a Windows host.
  return host.includes('.') && !/\.(localhost|local|internal|lan|home\.arpa)$/.test(host);
}

function isPublicIPv4(octets: readonly number[]): boolean {
  const [a = 0, b = 0] = octets;
  if (a === 0 || a === 10 || a === 127 || a >= 224) return false;
  if (a === 100 && b >= 64 && b < 128) return false;
  if (a === 169 && b === 254) return false;
  if (a === 172 && b >= 16 && b < 32) return false;
  if (a === 192 && (b === 168 || b === 0)) return false;
  return !(a === 198 && (b === 18 || b === 19));
}

/** Only 2000::/3 is public, less the tunnels in it that wrap an IPv4 address (6to4, Teredo). */
function isPublicIPv6(address: string): boolean {
  return /^[23][0-9a-f]{3}:/.test(address) && !/^(2002:|2001:0?:)/.test(address);
}
