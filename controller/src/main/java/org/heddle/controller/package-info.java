@NullMarked
package org.heddle.controller;

import org.jspecify.annotations.NullMarked;
