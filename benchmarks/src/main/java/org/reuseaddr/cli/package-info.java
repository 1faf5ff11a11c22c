/** Commands, options and exit codes; uses every other package, and none uses it. */
package org.reuseaddr.cli;
