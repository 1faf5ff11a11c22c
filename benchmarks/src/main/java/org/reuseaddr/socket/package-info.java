/**
 * AF_INET and AF_INET6 stream sockets as the kernel sees them: one call, one result, one errno.
 *
 * <p>The only package with native calls: java.lang.foreign where the running Java has it (22 and later), JNA
 * elsewhere. It knows nothing of scenarios or of JMH, and depends on no other package of the suite.
 */
package org.reuseaddr.socket;
