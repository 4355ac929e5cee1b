# Slopes of the log-odds per age group by lm(), and numbers of people by refitting drawn waves.
# usage: Rscript make_projection_references.R DIR
# Input: SYNTHETIC waves and people of make_projection_input.py. Writes projection_trends.csv
# (one row per variant and slope or cell) and projection_simulated.csv (mean and standard deviation).
here <- commandArgs(TRUE)[1]
waves <- read.csv(file.path(here, "projection_waves.csv"))
people <- read.csv(file.path(here, "projection_people.csv"))
waves$cell <- factor(paste(waves$age_group, waves$sex), levels = unique(paste(waves$age_group, waves$sex)))
waves$band <- factor(waves$age_group, levels = unique(waves$age_group))
waves$y <- qlogis(waves$estimate)
waves$v <- (waves$std_error / (waves$estimate * (1 - waves$estimate)))^2
waves$x <- waves$wave - 2022

variants <- list(
  list(name = "all", kind = "calm"), list(name = "all", kind = "rough"),
  list(name = "recent", kind = "rough", recent = 3),
  list(name = "weighted", kind = "rough", weight = c("2020" = 0.25, "2022" = 0.5)),
  list(name = "left_out", kind = "calm", weight = c("2020" = 0)),
  list(name = "pooled", kind = "rough", pooled = TRUE),
  list(name = "unknown", kind = "rough", unknown = TRUE)
)
design <- function(d, pooled) {
  if (isTRUE(pooled)) model.matrix(~ 0 + cell + x, d) else model.matrix(~ 0 + cell + band:x, d)
}
fitted_variant <- function(one) {
  d <- waves[waves$kind == one$kind, ]
  if (!is.null(one$recent)) d <- d[d$wave %in% tail(sort(unique(d$wave)), one$recent), ]
  d$u <- 1
  for (w in names(one$weight)) d$u[d$wave == as.integer(w)] <- one$weight[[w]]
  d <- d[d$u > 0, ]
  v <- if (isTRUE(one$unknown)) rep(1, nrow(d)) else d$v
  X <- design(d, one$pooled)
  fit <- lm.wfit(X, d$y, d$u / v)
  n_cells <- nlevels(d$cell)
  scatter <- sum((d$u / v) * fit$residuals^2) / fit$df.residual
  wider <- if (isTRUE(one$unknown)) scatter else max(1, scatter)
  bread <- solve(crossprod(X * sqrt(d$u / v)))
  V <- wider * bread
  slopes <- seq(n_cells + 1, ncol(X))
  rbind(
    data.frame(variant = one$name, kind = one$kind, what = "slope", at = seq_along(slopes),
               value = fit$coefficients[slopes], std_error = sqrt(diag(V))[slopes],
               scatter = scatter, df = fit$df.residual),
    data.frame(variant = one$name, kind = one$kind, what = "level", at = seq_len(n_cells),
               value = fit$coefficients[seq_len(n_cells)],  # fitted at x = 0
               std_error = sqrt(diag(V))[seq_len(n_cells)],
               scatter = scatter, df = fit$df.residual)
  )
}
trends <- do.call(rbind, lapply(variants, fitted_variant))
write.csv(format(trends, digits = 15, trim = TRUE), file.path(here, "projection_trends.csv"),
          row.names = FALSE, quote = FALSE)

# every wave drawn anew, slopes refitted, projected along 1, .75, .5, .25 per five years
set.seed(20261126)
d <- waves[waves$kind == "calm", ]
X <- design(d, FALSE)
w <- 1 / d$v
A <- solve(crossprod(X * sqrt(w)), t(X * w))   # coefficients = A %*% y
draws <- 400000
kept <- rep(c(1, 0.75, 0.5, 0.25), times = c(5, 5, 5, 13))
ahead <- c(0, cumsum(kept))
n_cells <- nlevels(d$cell)
band_of <- rep(seq_len(nlevels(d$band)), each = 2)
total <- matrix(0, draws, 3)
years <- c(2022, 2030, 2050)
Y <- matrix(d$y, draws, nrow(d), byrow = TRUE) + matrix(rnorm(draws * nrow(d)), draws) * matrix(sqrt(d$v), draws, nrow(d), byrow = TRUE)
base <- which(d$wave == 2022)
slope <- Y %*% t(A[seq(n_cells + 1, nrow(A)), ])
for (t in seq_along(years)) {
  n <- people$persons[people$year == years[t]]
  for (c in seq_len(n_cells)) {
    lo <- Y[, base[c]] + ahead[years[t] - 2021] * slope[, band_of[c]]
    total[, t] <- total[, t] + n[c] * plogis(lo)
  }
}
out <- data.frame(year = years, mean = colMeans(total), sd = apply(total, 2, sd),
                  q025 = apply(total, 2, quantile, 0.025), q975 = apply(total, 2, quantile, 0.975), draws = draws)
write.csv(format(out, digits = 12, trim = TRUE), file.path(here, "projection_simulated.csv"), row.names = FALSE, quote = FALSE)
