/**
 * Uploads by HTML forms: {@link io.coppice.walrus.form.FormReader} takes a form apart while it comes,
 * {@link io.coppice.walrus.form.PostPolicy} checks its fields against what was signed.
 */
@NullMarked
package io.coppice.walrus.form;

import org.jspecify.annotations.NullMarked;
