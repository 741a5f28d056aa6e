-- Capital, assets, revenue and profit of what is active, by period and sector.
SELECT period, sector, sum(charter_capital) AS capital, sum(assets) AS assets, sum(revenue) AS revenue, sum(profit) AS profit
FROM organisations WHERE activity = 'active' GROUP BY period, sector ORDER BY period, sector
