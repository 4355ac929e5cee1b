# Answers of R for made-up series of counts.
# usage: Rscript make_count_references.R INDIR OUTDIR     reads count_input.csv, writes count_expected.csv
# Needs sandwich. Terms are named as ours; the trend is 0 in the first wave, the trend after starts at 0 on the date.
suppressMessages(library(sandwich))
arguments <- commandArgs(TRUE)
input <- read.csv(file.path(arguments[1], "count_input.csv"))
starts <- c(rates24 = 12, shares18 = 2015, gaps = 2012, few = 5)
rows <- list()
add <- function(series, model, errors, kind, term, value, std_error = NA)
  rows[[length(rows) + 1]] <<- data.frame(series, model, errors, kind, term, value, std_error)
for (name in names(starts)) for (model in c("quasipoisson", "quasibinomial")) for (covariate in c(FALSE, TRUE)) {
  d <- input[input$series == name, ]
  start <- starts[[name]]
  d$trend <- d$wave - d$wave[1]
  d$level <- as.numeric(d$wave >= start)
  d$ramp <- d$level * (d$wave - start)
  terms <- if (covariate) "trend + mode + level + ramp" else "trend + level + ramp"
  control <- glm.control(epsilon = 1e-14, maxit = 100)
  m <- if (model == "quasipoisson") {
    glm(as.formula(paste("count ~", terms, "+ offset(log(denominator))")), quasipoisson, d, control = control)
  } else glm(as.formula(paste("cbind(count, denominator - count) ~", terms)), quasibinomial, d, control = control)
  label <- c("intercept", "trend", if (covariate) "mode", "level", "ramp")
  series <- paste0(name, if (covariate) " mode" else "")
  s2 <- summary(m)$dispersion
  add(series, model, "", "dispersion", "", s2)
  add(series, model, "", "deviance", "", deviance(m))
  covariances <- list(dispersion = vcov(m), model = vcov(m) / s2, robust = vcovHC(m, type = "HC1"))
  if (name != "gaps") for (lag in c(1, 3))
    covariances[[paste("newey_west", lag)]] <- NeweyWest(m, lag = lag, prewhite = FALSE, adjust = TRUE)
  # at the last wave: effect on the scale of the model, ratio of rates or shares, and difference
  last <- nrow(d)
  b <- coef(m)
  x <- model.matrix(m)[last, ]
  without <- x; without[c("level", "ramp")] <- 0
  back <- if (model == "quasipoisson") exp else plogis
  slope <- if (model == "quasipoisson") exp else function(eta) plogis(eta) * (1 - plogis(eta))
  one <- sum(x * b); two <- sum(without * b)
  gradients <- list(effect = x - without,
                    log_ratio = slope(one) / back(one) * x - slope(two) / back(two) * without,
                    difference = slope(one) * x - slope(two) * without)
  values <- c(effect = one - two, log_ratio = log(back(one) / back(two)), difference = back(one) - back(two))
  for (errors in names(covariances)) {
    v <- covariances[[errors]]
    for (i in seq_along(b)) add(series, model, errors, "coefficient", label[i], b[[i]], sqrt(v[i, i]))
    for (kind in names(values))
      add(series, model, errors, kind, "", values[[kind]], sqrt(drop(gradients[[kind]] %*% v %*% gradients[[kind]])))
  }
}
table <- do.call(rbind, rows)
for (column in c("value", "std_error")) table[[column]] <- ifelse(is.finite(table[[column]]), sprintf("%.17g", table[[column]]), "")
write.csv(table, file.path(arguments[2], "count_expected.csv"), row.names = FALSE, quote = FALSE)
cat("count_expected.csv", nrow(table), "rows;", R.version.string, "sandwich", as.character(packageVersion("sandwich")), "\n")
